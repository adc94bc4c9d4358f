'use client'
import { type RuleTriggerKind, THRESHOLD_FOR_S, THRESHOLD_METRIC_WORDS, THRESHOLD_METRICS, thresholdMetricSchema } from '@sonde/contract'
import { Field, Input, Segmented, Select } from '@sonde/ui'
import { CheckField } from '../new-capture/check-field.tsx'
import { NumberField } from '../new-capture/number-field.tsx'
import { type RuleDraft, thresholdOf, usualBounds } from './rule-draft.ts'

const KINDS = [
  { value: 'schedule', label: 'Schedule' },
  { value: 'alert', label: 'Alert' },
  { value: 'threshold', label: 'Threshold' },
  { value: 'deploy', label: 'Deploy' },
] as const satisfies ReadonlyArray<{ value: RuleTriggerKind; label: string }>

type Props = { draft: RuleDraft; problem: string | null; onChange: (change: Partial<RuleDraft>) => void }

/** Which kind of trigger. Its usual bounds come with it, where they were not changed. */
export function TriggerKind({ draft, onChange }: Omit<Props, 'problem'>) {
  const pick = (kind: RuleTriggerKind) => {
    const usual = usualBounds(draft.kind)
    const untouched = draft.maxPerDay === usual.maxPerDay && draft.coolDownS === usual.coolDownS
    onChange({ kind, ...(untouched ? usualBounds(kind) : {}) })
  }
  return <Segmented label="What starts it" value={draft.kind} onChange={pick} options={KINDS} />
}

export function TriggerFields(props: Props) {
  switch (props.draft.kind) {
    case 'schedule':
      return <ScheduleFields {...props} />
    case 'alert':
      return <AlertFields {...props} />
    case 'threshold':
      return <ThresholdFields {...props} />
    case 'deploy':
      return <DeployFields {...props} />
  }
}

const PRESETS = [
  ['*/15 * * * *', 'Every 15 minutes'],
  ['0 * * * *', 'Every hour'],
  ['0 3 * * *', 'Every day at 03:00'],
  ['0 9 * * 1-5', 'Weekdays at 09:00'],
  ['0 6 * * 1', 'Mondays at 06:00'],
] as const

function ScheduleFields({ draft, problem, onChange }: Props) {
  const { schedule } = draft
  const set = (change: Partial<RuleDraft['schedule']>) => onChange({ schedule: { ...schedule, ...change } })
  const preset = PRESETS.some(([cron]) => cron === schedule.cron) ? schedule.cron : ''
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <Field label="Usual ones">
        {(ids) => (
          <Select {...ids} value={preset} onChange={(event) => event.target.value && set({ cron: event.target.value })}>
            <option value="">Own schedule</option>
            {PRESETS.map(([cron, label]) => (
              <option key={cron} value={cron}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Schedule (cron)" hint="minute, hour, day of month, month, day of week" error={problem}>
        {(ids) => (
          <Input
            {...ids}
            value={schedule.cron}
            maxLength={100}
            spellCheck={false}
            autoComplete="off"
            className="font-mono"
            onChange={(event) => set({ cron: event.target.value })}
          />
        )}
      </Field>
      <Field label="Time zone" hint="As in Europe/Berlin, or UTC.">
        {(ids) => (
          <Input
            {...ids}
            value={schedule.timeZone}
            maxLength={64}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => set({ timeZone: event.target.value })}
          />
        )}
      </Field>
    </div>
  )
}

function AlertFields({ draft, problem, onChange }: Props) {
  const { alert } = draft
  const set = (change: Partial<RuleDraft['alert']>) => onChange({ alert: { ...alert, ...change } })
  return (
    <div className="flex flex-col gap-3">
      <p className="text-ink-2">
        Alertmanager sends its notifications to an address of this rule, with a token of its own. Both are on the rule’s page once it is
        saved. A group of alerts starts one capture, however often it is repeated.
      </p>
      <Field label="Only alerts with these labels" hint="Empty: any alert that is sent to the rule. All must hold." error={problem}>
        {(ids) => (
          <Input
            {...ids}
            value={alert.matchers}
            maxLength={2_000}
            placeholder={'severity=critical team!="web shop"'}
            spellCheck={false}
            autoComplete="off"
            className="font-mono"
            onChange={(event) => set({ matchers: event.target.value })}
          />
        )}
      </Field>
      <CheckField
        label="Only hosts that the alert names"
        hint="By its label instance, host or node, without the port. An alert that names none is about all hosts of the rule."
        checked={alert.narrow}
        onChange={(narrow) => set({ narrow })}
      />
    </div>
  )
}

const METRIC_NOTES = {
  'pressure-cpu': 'Share of time in which some task waited for a CPU (PSI, some avg10 of /proc/pressure/cpu).',
  'pressure-io': 'Share of time in which some task waited for I/O (PSI, some avg10 of /proc/pressure/io).',
  'pressure-memory': 'Share of time in which some task waited for memory (PSI, some avg10 of /proc/pressure/memory).',
  'run-queue': 'Runnable tasks for each CPU (procs_running of /proc/stat).',
  iowait: 'Share of all CPUs’ time that was idle with I/O outstanding (/proc/stat).',
} as const

function ThresholdFields({ draft, problem, onChange }: Props) {
  const { threshold } = draft
  const { unit, max } = THRESHOLD_METRIC_WORDS[threshold.metric]
  const set = (change: Partial<RuleDraft['threshold']>) => onChange({ threshold: { ...threshold, ...change } })
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="What each host watches" hint={METRIC_NOTES[threshold.metric]} error={problem}>
          {(ids) => (
            <Select
              {...ids}
              value={threshold.metric}
              onChange={(event) =>
                onChange({ threshold: { ...thresholdOf(thresholdMetricSchema.parse(event.target.value)), forS: threshold.forS } })
              }
            >
              {THRESHOLD_METRICS.map((metric) => (
                <option key={metric} value={metric}>
                  {THRESHOLD_METRIC_WORDS[metric].name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <NumberField
          label="At least"
          unit={unit.trim()}
          value={threshold.above}
          min={1}
          max={max}
          onChange={(above) => set({ above, clearBelow: Math.min(threshold.clearBelow, above) })}
        />
        <NumberField
          label="For"
          unit="s"
          value={threshold.forS}
          min={THRESHOLD_FOR_S.min}
          max={THRESHOLD_FOR_S.max}
          presets={[4, 10, 30, 60]}
          hint="Measured every 2 s. A host starts a capture of itself within seconds of the trip."
          onChange={(forS) => set({ forS })}
        />
        <NumberField
          label="Armed again below"
          unit={unit.trim()}
          value={threshold.clearBelow}
          min={1}
          max={threshold.above}
          hint="For as long, so that a value which swings around the threshold trips once."
          onChange={(clearBelow) => set({ clearBelow })}
        />
      </div>
    </div>
  )
}

function DeployFields({ draft, problem, onChange }: Props) {
  const { deploy } = draft
  const set = (change: Partial<RuleDraft['deploy']>) => onChange({ deploy: { ...deploy, ...change } })
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="Service" hint="As the deploy names it; * stands for anything." error={problem}>
        {(ids) => (
          <Input
            {...ids}
            value={deploy.service}
            maxLength={127}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => set({ service: event.target.value })}
          />
        )}
      </Field>
      <NumberField
        label="Warm-up"
        unit="s"
        value={deploy.delayS}
        min={0}
        max={3_600}
        presets={[0, 60, 300]}
        hint="From the deploy’s end to the capture, so that caches are warm."
        onChange={(delayS) => set({ delayS })}
      />
    </div>
  )
}
