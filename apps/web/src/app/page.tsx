import { redirect } from 'next/navigation'
import { HOME_PATH } from '../safe-next.ts'

export default function Page() {
  redirect(HOME_PATH)
}
