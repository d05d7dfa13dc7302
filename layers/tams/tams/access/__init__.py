"""Who is calling: credentials in, a Caller out. Knows neither the database nor the API's routes."""
