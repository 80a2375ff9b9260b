terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Bucket, key and region are given to `terraform init -backend-config=…`.
  backend "s3" {
    use_lockfile = true
  }
}

# Credentials and endpoint come from the environment: a profile, or a role taken by OIDC; for
# the local cloud AWS_ENDPOINT_URL.
provider "aws" {
  region              = var.region
  allowed_account_ids = var.account == null ? null : [var.account]
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}
