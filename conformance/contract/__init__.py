"""What is promised: the contract as data, and the pure functions that read it.

No I/O beyond loading, and nothing of ours is imported.
"""
