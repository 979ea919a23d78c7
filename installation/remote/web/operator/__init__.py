"""The operator's page: who runs the show sees and steers it from a tablet."""
