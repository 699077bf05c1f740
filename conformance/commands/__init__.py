"""The commands, one file each.

What a command needs is imported when it runs: `--version`, `--help` and completion answer at once.
"""
