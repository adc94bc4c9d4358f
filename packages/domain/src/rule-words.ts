import { formatMatchers, type RuleTrigger, THRESHOLD_METRIC_WORDS, type Threshold } from '@sonde/contract'
import { scheduleWords } from './cron-schedule.ts'

/** "I/O pressure at least 30 % for 10 s". */
export function thresholdWords({ metric, above, forS }: Pick<Threshold, 'metric' | 'above' | 'forS'>): string {
  const { name, unit } = THRESHOLD_METRIC_WORDS[metric]
  return `${name} at least ${above}${unit} for ${forS} s`
}

/** A trigger as a sentence without its end. */
export function triggerWords(trigger: RuleTrigger): string {
  switch (trigger.kind) {
    case 'schedule':
      return scheduleWords(trigger)
    case 'alert':
      return trigger.matchers.length === 0 ? 'On any alert' : `On an alert with ${formatMatchers(trigger.matchers)}`
    case 'threshold':
      return `When a host's ${thresholdWords(trigger).replace(' at least', ' is at least')}`
    case 'deploy':
      return `After a deploy of ${trigger.service === '*' ? 'any service' : trigger.service}${trigger.delayS > 0 ? `, ${trigger.delayS} s later` : ''}`
  }
}
