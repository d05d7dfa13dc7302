"""S3: media bytes, which clients move by presigned URLs."""
