# Ruby's net/smtp: one message for each job on standard input.
require 'json'
require 'net/smtp'
require 'openssl'
require 'timeout'

def send_one(job)
  context = OpenSSL::SSL::SSLContext.new
  context.set_params(ca_file: job['cafile'])
  smtp = Net::SMTP.new(job['host'], job['port'])
  smtp.open_timeout = smtp.read_timeout = job['seconds']
  case job['tls']
  when 'implicit' then smtp.enable_tls(context)
  when 'starttls' then job['required'] ? smtp.enable_starttls(context) : smtp.enable_starttls_auto(context)
  else smtp.disable_starttls
  end
  login = job['user'].empty? ? [] : [job['user'], job['password'], :plain]
  smtp.start('localhost', *login) do |session|
    session.send_message("Subject: test\r\n\r\nhello\r\n", job['sender'], job['recipient'])
  end
end

threads = STDIN.each_line.map do |line|
  job = JSON.parse(line)
  Thread.new do
    error = ''
    begin
      send_one(job)
    rescue Exception => caught
      error = "#{caught.class}: #{caught.message}"
    end
    # puts writes the end of its line by itself, and another thread's words may come between
    $stdout.write(JSON.generate({ id: job['id'], error: error.scrub }) + "\n")
  end
end
threads.each(&:join)
