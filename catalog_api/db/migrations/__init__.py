"""Schema migrations, run by ``burano-manage db sync``."""
