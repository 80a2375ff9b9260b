locals {
  # What a worker failed at three times stands in the dead letters for two weeks.
  queues = {
    # A message is hidden for six times the worker's life; the worker itself shortens that.
    transcodes = { hidden = 5400, kept = 345600, dead_hidden = 360 }
    # Its messages only make happen sooner what is due in the table.
    webhooks = { hidden = 180, kept = 86400, dead_hidden = 30 }
  }
}

resource "aws_sqs_queue" "this" {
  for_each = local.queues

  name                       = "${var.name}-${each.key}"
  visibility_timeout_seconds = each.value.hidden
  message_retention_seconds  = each.value.kept
  sqs_managed_sse_enabled    = true
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn, maxReceiveCount = 3 })
}

resource "aws_sqs_queue" "dead" {
  for_each = local.queues

  name                       = "${var.name}-${each.key}-dead"
  visibility_timeout_seconds = each.value.dead_hidden
  message_retention_seconds  = 1209600
  sqs_managed_sse_enabled    = true
}

output "queues" {
  value = merge(
    { for key, queue in aws_sqs_queue.this : key => { Name = queue.name, Arn = queue.arn, Url = queue.url } },
    { for key, queue in aws_sqs_queue.dead : "${key}-dead" => { Name = queue.name, Arn = queue.arn, Url = queue.url } },
  )
}
