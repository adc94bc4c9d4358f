import { getAuth } from '../../../../auth.ts'

export const dynamic = 'force-dynamic'

const handler = (request: Request): Promise<Response> => getAuth().handler(request)

export { handler as GET, handler as POST }
