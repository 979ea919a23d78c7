"""What each command does. Each is a function of plain values; installation.cli gives them their options."""
