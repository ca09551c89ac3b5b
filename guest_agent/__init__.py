"""The agent of a guest: takes execution plans from its queue, runs them, answers."""
