# A stack to try things in: it is removed without leaving anything.
retain = false

parameters = {
  NamePrefix            = "omnigen-dev"
  Environment           = "development"
  DailySpendingLimitUsd = "10"
}
