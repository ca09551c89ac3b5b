"""Everything on one machine, with no cloud and no broker."""
