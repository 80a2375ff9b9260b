variable "name" { type = string }
variable "region" { type = string }
variable "account" { type = string }
variable "partition" { type = string }
variable "suffix" { type = string }
variable "retain" { type = bool }
variable "host" { type = string }
variable "bucket_origin" { type = string }
variable "live_url" { type = string }

variable "media" {
  description = "The bucket with the films, and the two lines of the key that links to them are signed with; empty for films from the bucket alone."
  type        = object({ bucket = string, public_key = string, allowed_origins = list(string) })
}

variable "certificate_arn" {
  description = "Of a certificate in us-east-1 for the host; empty for CloudFront's own name."
  type        = string
}

variable "web_acl_arn" {
  description = "Of a web ACL of AWS WAF; empty for none."
  type        = string
}

variable "origin_secret" {
  description = "What the API believes the distribution by."
  type        = string
}

variable "api" {
  type = object({ host = string, path = string, port = number, has_tls = bool })
}
