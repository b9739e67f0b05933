"""What the commands look like: progress, resource tree, verdict, changes, outputs, the closing line."""
