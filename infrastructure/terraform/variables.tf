variable "region" {
  type    = string
  default = "us-east-1"
}

variable "account" {
  description = "The only account that may be changed; null for whichever the credentials are of."
  type        = string
  default     = null
}

variable "parameters" {
  description = "Values for template.yaml's parameters, by their names; those left out have the template's defaults."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.parameters) : contains(keys(local.declared), name)])
    error_message = "template.yaml has no parameter ${join(", ", setsubtract(keys(var.parameters), keys(local.declared)))}."
  }

  validation {
    condition = alltrue([
      for name, value in var.parameters : contains(local.declared[name].allowed, value)
      if can(local.declared[name].allowed)
    ])
    error_message = "A parameter has a value that template.yaml does not allow."
  }

  validation {
    condition = alltrue([
      for name, value in var.parameters : can(regex("^(?:${local.declared[name].pattern})$", value))
      if can(local.declared[name].pattern)
    ])
    error_message = "A parameter does not have the form that template.yaml asks for."
  }

  validation {
    condition = alltrue([
      for name, value in var.parameters :
      tonumber(value) >= try(local.declared[name].least, tonumber(value)) && tonumber(value) <= try(local.declared[name].most, tonumber(value))
      if can(local.declared[name].least) || can(local.declared[name].most)
    ])
    error_message = "A parameter is below or above what template.yaml allows."
  }
}

variable "replicate_api_key" {
  description = "The first value of the secret; put the real one into Secrets Manager."
  type        = string
  default     = "replace-me"
  sensitive   = true
}

variable "artifacts" {
  description = "The folder of the packaged functions, NAME/bootstrap.zip, as `cargo lambda build --output-format zip` leaves it."
  type        = string
  default     = "../../target/lambda"
}

variable "ffmpeg_layer" {
  description = "The zipped FFmpeg layer."
  type        = string
  default     = "../../target/lambda/ffmpeg-layer.zip"
}

variable "retain" {
  description = "Refuse to remove tables, the bucket and users, as the template's deletion policies do."
  type        = bool
  default     = true
}
