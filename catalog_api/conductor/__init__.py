"""The conductor: choice of tasks, leases, recording, revoking, and its HTTP face."""
