"""The emulator in the place of a server, for people who write clients: it is watched, slowed down, broken and reset."""
