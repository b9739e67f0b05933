"""``python -m sandbox``."""

import sys

if __name__ == "__main__":
    try:
        from sandbox.cli import main
    except KeyboardInterrupt:
        sys.exit(130)
    main()
