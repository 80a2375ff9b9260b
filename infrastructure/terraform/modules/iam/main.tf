variable "name" { type = string }
variable "partition" { type = string }

variable "functions" {
  description = "What each function may do: AWS's policies, and the statements of its own."
  type = map(object({
    managed_policies = list(string)
    policy           = list(object({ Effect = string, Action = list(string), Resource = list(string) }))
  }))
}

locals {
  managed = merge([
    for name, function in var.functions : {
      for policy in function.managed_policies : "${name}/${policy}" => { role = name, policy = policy }
    }
  ]...)
}

resource "aws_iam_role" "function" {
  for_each = var.functions

  name = "${var.name}-${each.key}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = { for name, function in var.functions : name => function.policy if length(function.policy) > 0 }

  name   = "own"
  role   = aws_iam_role.function[each.key].name
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

resource "aws_iam_role_policy_attachment" "function" {
  for_each = local.managed

  role       = aws_iam_role.function[each.value.role].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value.policy}"
}

output "roles" {
  value = { for name, role in aws_iam_role.function : name => role.arn }

  # A function is not made before its role may do what it needs.
  depends_on = [aws_iam_role_policy.function, aws_iam_role_policy_attachment.function]
}
