"""The same runs on a Dask cluster that is there already; what knows `distributed` is in here."""
