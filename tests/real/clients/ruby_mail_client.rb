# The mail gem: one message for each job on standard input.
require 'json'
require 'mail'

threads = STDIN.each_line.map do |line|
  job = JSON.parse(line)
  Thread.new do
    error = ''
    begin
      options = {
        address: job['host'], port: job['port'], ca_file: job['cafile'], openssl_verify_mode: 'peer',
        open_timeout: job['seconds'], read_timeout: job['seconds'],
        tls: job['tls'] == 'implicit',
        enable_starttls: job['tls'] == 'starttls' && job['required'],
        enable_starttls_auto: job['tls'] == 'starttls' && !job['required']
      }
      options = options.merge(user_name: job['user'], password: job['password'], authentication: 'plain') unless job['user'].empty?
      message = Mail.new(from: job['sender'], to: job['recipient'], subject: 'test', body: 'hello')
      message.delivery_method(:smtp, options)
      message.deliver!
    rescue Exception => caught
      error = "#{caught.class}: #{caught.message}"
    end
    # puts writes the end of its line by itself, and another thread's words may come between
    $stdout.write(JSON.generate({ id: job['id'], error: error.scrub }) + "\n")
  end
end
threads.each(&:join)
