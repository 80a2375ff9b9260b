# Once for each account: GitHub's tokens, the role that each environment's deploy may take, and
# the bucket where Terraform keeps its states.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "repository" {
  description = "As GitHub's subject names it: OWNER@ID/NAME@ID. The ids stay when somebody takes a name that was given up."
  type        = string

  validation {
    condition     = can(regex("^[^/@]+@[0-9]+/[^/@]+@[0-9]+$", var.repository))
    error_message = "OWNER@ID/NAME@ID; `gh api repos/OWNER/NAME --jq '\"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)\"'` prints it."
  }
}

variable "environments" {
  description = "GitHub's environments, and the NamePrefix of what each may change."
  type        = map(string)
  default     = { dev = "omnigen-dev", prod = "omnigen" }
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deploy" {
  for_each = var.environments

  name                 = "github-deploy-${each.key}"
  description          = "Taken by the workflow deploy.yml in the environment ${each.key}."
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:${var.repository}:environment:${each.key}"
        }
      }
    }]
  })
}

resource "aws_s3_bucket" "states" {
  bucket = "terraform-states-${local.account}-${var.region}"
}

resource "aws_s3_bucket_versioning" "states" {
  bucket = aws_s3_bucket.states.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "states" {
  bucket = aws_s3_bucket.states.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

output "roles" {
  description = "The variable AWS_ROLE_ARN of each environment."
  value       = { for name, role in aws_iam_role.deploy : name => role.arn }
}

output "states_bucket" {
  value = aws_s3_bucket.states.bucket
}
