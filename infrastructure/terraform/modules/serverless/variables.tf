variable "name" { type = string }
variable "partition" { type = string }
variable "architecture" { type = string }
variable "artifacts" { type = string }
variable "artifacts_bucket" { type = string }
variable "ffmpeg_layer" { type = string }
variable "log_group" { type = string }
variable "roles" { type = map(string) }
variable "definition" { type = string }
variable "definition_values" { type = map(string) }
variable "workflow_log_group" { type = string }

variable "functions" {
  type = map(object({
    memory_size       = number
    timeout           = number
    ephemeral_storage = number
    has_ffmpeg        = bool
    recursive_loop    = string
    alias             = string
    reserved          = number
    environment       = map(string)
  }))
}

variable "sources" {
  description = "Queues, and streams of tables."
  type = map(object({
    function               = string
    arn                    = string
    batch_size             = number
    maximum_concurrency    = optional(number)
    response_types         = optional(list(string), [])
    starting_position      = optional(string)
    maximum_retry_attempts = optional(number)
    maximum_record_age     = optional(number)
    filters                = optional(list(string), [])
  }))
}

variable "schedules" {
  type = map(object({
    function               = string
    expression             = string
    timezone               = optional(string, "UTC")
    input                  = optional(string)
    maximum_retry_attempts = optional(number, 185)
  }))
}

variable "events" {
  type = map(object({ function = string, pattern = string }))
}
