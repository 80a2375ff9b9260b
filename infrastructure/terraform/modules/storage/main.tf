variable "name" { type = string }
variable "bucket" { type = string }
variable "allowed_origins" { type = list(string) }
variable "retain" { type = bool }
variable "distribution" {
  description = "Who else may read films, by its ARN; null for nobody."
  type        = string
}
variable "replicate_api_key" {
  type      = string
  sensitive = true
}

resource "aws_s3_bucket" "assets" {
  bucket        = var.bucket
  force_destroy = !var.retain
}

resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
  bucket = aws_s3_bucket.assets.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "assets" {
  bucket = aws_s3_bucket.assets.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Browsers put their files, and read films, straight from the bucket.
resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.bucket

  cors_rule {
    allowed_origins = var.allowed_origins
    allowed_methods = ["GET", "HEAD", "PUT"]
    allowed_headers = ["content-type", "if-none-match", "range"]
    expose_headers  = ["etag", "content-range", "content-length", "accept-ranges"]
    max_age_seconds = 600
  }
}

# The storage janitor aborts them earlier; this is the net below it.
resource "aws_s3_bucket_lifecycle_configuration" "assets" {
  bucket = aws_s3_bucket.assets.bucket

  rule {
    id     = "abandoned-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "assets" {
  bucket = aws_s3_bucket.assets.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.assets.arn, "${aws_s3_bucket.assets.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }], [for distribution in compact([var.distribution]) : {
      Sid       = "TheDistributionReads"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.assets.arn}/*"
      Condition = { StringEquals = { "AWS:SourceArn" = distribution } }
    }])
  })

  depends_on = [aws_s3_bucket_public_access_block.assets]
}

resource "aws_secretsmanager_secret" "replicate" {
  name                    = "${var.name}/replicate-api-key"
  recovery_window_in_days = var.retain ? 30 : 0
}

# The first value only; the real one is put into Secrets Manager by hand.
resource "aws_secretsmanager_secret_version" "replicate" {
  secret_id     = aws_secretsmanager_secret.replicate.id
  secret_string = var.replicate_api_key

  lifecycle {
    ignore_changes = [secret_string]
  }
}

output "assets" {
  value = { Name = aws_s3_bucket.assets.bucket, Arn = aws_s3_bucket.assets.arn }
}

output "replicate_secret" {
  value = { Arn = aws_secretsmanager_secret.replicate.arn }
}
