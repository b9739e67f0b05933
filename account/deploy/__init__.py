"""Who deploys an environment and who previews it: what they may do, written as data and judged by the tests."""
