/** A notification in the shape that Alertmanager publishes (webhook_config, version 4): one of two alerts of the group was resolved. */
export const ALERTMANAGER_PAYLOAD = {
  receiver: 'sonde',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'HostHighIOWait', instance: 'db-1.example.org:9100', job: 'node', severity: 'critical' },
      annotations: { summary: 'I/O wait above 40 % for 5 min', runbook_url: 'https://runbooks.example.org/iowait' },
      startsAt: '2026-11-30T02:13:41.739266876Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example.org:9090/graph?g0.expr=avg+by%28instance%29+%28x%29+%3E+40&g0.tab=1',
      fingerprint: '1a30ba71cca2921f',
    },
    {
      status: 'resolved',
      labels: { alertname: 'HostHighIOWait', instance: 'db-2.example.org:9100', job: 'node', severity: 'critical' },
      annotations: { summary: 'I/O wait above 40 % for 5 min' },
      startsAt: '2026-11-30T01:58:11.739Z',
      endsAt: '2026-11-30T02:12:11.739Z',
      generatorURL: 'http://prometheus.example.org:9090/graph?g0.expr=x&g0.tab=1',
      fingerprint: 'c6eadffa33fcdf37',
    },
  ],
  groupLabels: { alertname: 'HostHighIOWait' },
  commonLabels: { alertname: 'HostHighIOWait', job: 'node', severity: 'critical' },
  commonAnnotations: { summary: 'I/O wait above 40 % for 5 min' },
  externalURL: 'http://alertmanager.example.org:9093',
  version: '4',
  groupKey: '{}/{severity="critical"}:{alertname="HostHighIOWait"}',
  truncatedAlerts: 0,
}
