"""What people read after a run: one model, several writers."""
