import * as z from 'zod'
import { TARGET_REASONS, TARGET_STATES } from './target-states.ts'

export const targetStateSchema = z.enum(TARGET_STATES)
export const targetReasonSchema = z.enum(Object.keys(TARGET_REASONS) as [keyof typeof TARGET_REASONS])
