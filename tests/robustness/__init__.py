"""What a server must bear: garbage, death of its processes, full disks."""
