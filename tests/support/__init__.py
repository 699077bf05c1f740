"""What several rooms of tests share. Imported as `tests.support`, with the project's root on the path."""
