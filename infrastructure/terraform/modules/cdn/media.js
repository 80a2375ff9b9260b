function handler(event) {
  var request = event.request;
  request.uri = request.uri.slice('/assets'.length);
  return request;
}
