"""The engine: takes tasks, runs MuranoPL in sandboxed workers, and reaches the cloud for them."""
