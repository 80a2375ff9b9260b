parameters = {
  Environment = "production"
}
