"""What one task does: load the model, run, clean up, give a result."""
