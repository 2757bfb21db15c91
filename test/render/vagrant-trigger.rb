# What of Vagrant's an exported Vagrantfile's trigger needs, with machines that are data. Reads the trigger's lines from ARGV[0];
# ARGV[1]: machines as `name=state` (marked, unmarked, silent, booting, off), in order; ARGV[2]: those whose trigger runs, in order. CODE: relevo's exit code.
module Vagrant
  module Errors
    class VagrantError < StandardError
      def self.error_message(message)
        define_method(:error_message) { message }
      end

      def initialize(*)
        super(respond_to?(:error_message) ? error_message : 'no message')
      end
    end

    class TriggersBadExitCodes < VagrantError
    end
  end
end

State = Struct.new(:id)
Provider = Struct.new(:state)

class Ui
  def info(line)
    puts line
  end
  alias detail info
  alias error info
end

Machine = Struct.new(:name, :kind) do
  def provider = Provider.new(State.new(kind == 'off' ? :poweroff : :running))
  def provider_name = :virtualbox
  def ssh_info = { username: 'vagrant' }
  def ui = Ui.new
  def communicate = Door.new(self)
  def state = raise('it would lock its entry in the index')
end

Door = Struct.new(:machine) do
  def test(_command)
    raise Vagrant::Errors::VagrantError if machine.kind == 'silent'
    raise IOError, 'closed stream' if machine.kind == 'booting'

    machine.kind == 'marked'
  end

  def execute(*, **) = 0

  def sudo(command, **)
    puts "#{machine.name}: #{command}" if command.start_with?('relevo')
    yield :stdout, "a key\n" if block_given?
    command.start_with?('relevo') ? Integer(ENV.fetch('CODE')) : 0
  end
end

class Trigger
  attr_writer :name
  attr_reader :block

  def ruby(&block)
    @block = block
  end
end

require 'shellwords'
kinds = ARGV[1].split(',').to_h { |each| each.split('=') }
fleet = kinds.to_h { |name, kind| [name.to_sym, Machine.new(name.to_sym, kind)] }
machines = kinds.keys.to_h { |name| [name, { address: "192.168.56.#{name.length}" }] }
environment = Object.new
environment.define_singleton_method(:machine) { |name, _provider| fleet.fetch(name) }
trigger = Trigger.new
config = Object.new
config.define_singleton_method(:trigger) { self }
config.define_singleton_method(:after) { |_actions, &block| block.call(trigger) }
eval(File.read(ARGV[0]), binding)
run = ARGV[2].split(',')
ARGV.clear
run.each do |name|
  trigger.block.call(environment, fleet.fetch(name.to_sym))
rescue Vagrant::Errors::VagrantError => e
  puts "#{name} failed: #{e.message}"
end
