"""The read-only API of the open data: `/api/v1/`, described by `/api/v1/openapi.json`."""
