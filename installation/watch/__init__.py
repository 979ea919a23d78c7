"""What watches over a running show: supervisor, standby, lock, status file, log, telemetry."""
