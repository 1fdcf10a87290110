# sidekiq_jobs.rb - jobs and producer of Sidekiq; the worker is Sidekiq's own command.
#
#   ruby sidekiq_jobs.rb one|bulk|roundtrip N
require "sidekiq"

BULK = 1000
PAYLOAD = "x" * Integer(ENV.fetch("PEER_PAYLOAD"))
REPLIES = "peer:replies"
STEP = Integer(ENV.fetch("PEER_STEP", "1"))

Sidekiq.logger.level = Logger::WARN
Sidekiq.configure_client { |config| config.redis = { url: "unix://#{ENV.fetch("PEER_BROKER")}" } }
Sidekiq.configure_server { |config| config.redis = { url: "unix://#{ENV.fetch("PEER_BROKER")}" } }

# Says how many jobs have ended, as marks.py does. Its threads share one counter.
module Marks
  @lock = Mutex.new
  @since = 0

  def self.ended
    @lock.synchronize do
      @since += 1
      next if @since < STEP

      @file ||= File.open(ENV.fetch("PEER_MARKS"), "a").tap { |file| file.sync = true }
      now = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
      @file.write("#{Process.pid} #{@since} #{now}\n")
      @since = 0
    end
  end
end

class Noop
  include Sidekiq::Worker

  def perform(_payload)
    Marks.ended
  end
end

class Reply
  include Sidekiq::Worker

  def perform(_payload)
    Sidekiq.redis { |redis| redis.lpush(REPLIES, "1") }
  end
end

def bulk(count)
  0.step(count - 1, BULK) do |from|
    Sidekiq::Client.push_bulk("class" => Noop, "args" => [[PAYLOAD]] * [BULK, count - from].min)
  end
end

def one(count)
  count.times { Noop.perform_async(PAYLOAD) }
end

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

def round_trips(count, warm = 50)
  Sidekiq.redis do |redis|
    (count + warm).times do |number|
      begun = now
      Reply.perform_async(PAYLOAD)
      raise "no reply" unless redis.blpop(REPLIES, timeout: 30)

      puts(((now - begun) * 1e6).round(1)) if number >= warm
    end
  end
end

if $PROGRAM_NAME == __FILE__
  what, count = ARGV[0], Integer(ARGV[1])
  Sidekiq.redis(&:ping)
  if what == "roundtrip"
    round_trips(count)
  else
    begun = now
    what == "bulk" ? bulk(count) : one(count)
    puts now - begun
  end
end
