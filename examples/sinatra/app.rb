require 'sinatra/base'
require 'socket'

class App < Sinatra::Base
  get '/' do
    "<!doctype html>\n<title>Sinatra</title>\n<p>Sinatra #{Sinatra::VERSION} on #{Socket.gethostname}</p>\n"
  end

  get '/healthz' do
    content_type 'text/plain'
    "ok\n"
  end
end
