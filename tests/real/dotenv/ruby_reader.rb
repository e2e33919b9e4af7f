# From {reader, environ, texts} on standard input to one object of values a text.
require "json"
require "tempfile"
require "dotenv"

work = JSON.parse($stdin.read)
results = work["texts"].map do |text|
  ENV.replace(work["environ"])
  Tempfile.create("dotenv") do |file|
    file.write(text)
    file.close
    begin
      Dotenv.load(file.path)
      { values: ENV.to_h }
    rescue SyntaxError, StandardError => error
      { error: error.class.name }
    end
  end
end
puts JSON.generate(results)
