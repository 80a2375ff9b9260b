# What template.yaml refuses is refused here. Offline: no account, no emulator.
mock_provider "aws" {}

run "a_parameter_that_the_template_has_not" {
  command = plan
  variables {
    parameters = { Colour = "red" }
  }
  expect_failures = [var.parameters]
}

run "a_value_that_is_not_allowed" {
  command = plan
  variables {
    parameters = { Environment = "staging" }
  }
  expect_failures = [var.parameters]
}

run "a_value_of_another_form" {
  command = plan
  variables {
    parameters = { NamePrefix = "Films" }
  }
  expect_failures = [var.parameters]
}

run "a_number_that_is_too_large" {
  command = plan
  variables {
    parameters = { TranscoderConcurrency = "1001" }
  }
  expect_failures = [var.parameters]
}
