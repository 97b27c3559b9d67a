-- Posts of new leads for wrk: every e-mail domain and every phone number is new, so that no cache is measured.
-- The key and a word that is new for each run come from the environment.
local key = os.getenv("BENCH_KEY")
local run = os.getenv("BENCH_RUN")
local threads = 0
local count = 0

function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

function init()
  math.randomseed(os.time() * 64 + id)
  area = math.random(200, 989)
  headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
end

function request()
  count = count + 1
  local body = '{"company_name":"Company X","contact_name":"John Doe","email":"u' .. count .. '@c' .. run .. 't' .. id .. 'n' .. count
    .. '.example.com","phone":"+1-' .. area .. '-' .. string.format("%03d-%04d", 200 + math.floor(count / 10000) % 790, count % 10000)
    .. '","company_size":"51-200","industry":"Software/SaaS","inquiry_type":"Demo Request","budget_timeline":"Immediate",'
    .. '"current_solution":"Competitor X","message":"Interested in the enterprise plan, please call me back soon.",'
    .. '"source":"Webflow Form","utm_source":"google","utm_medium":"cpc","utm_campaign":"q4-demo-push"}'
  return wrk.format("POST", "/api/v1/leads", headers, body)
end

function done(summary, latency)
  io.write(string.format(
    'RESULT {"requests":%d,"microseconds":%d,"not_2xx":%d,"socket_errors":%d,"p50_us":%d,"p99_us":%d,"max_us":%d}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
