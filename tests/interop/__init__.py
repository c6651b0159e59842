"""How known clients set themselves up and synchronize, and the bugs that other servers had."""
