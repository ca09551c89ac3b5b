"""The trusted process of an engine host: tasks, leases, journals, adapters, workers."""
