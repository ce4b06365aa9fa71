// What needs no broker: tensors, bounds, the wire format, the errors of a registry.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { array, RegistryError, SchemaRegistry, tensor } from 'deftstream-client'

const AVSC = new URL('../../../schemas/src/main/avro/', import.meta.url)
const seen = new Set()
const whole = tree => {
  if (typeof tree === 'string' && /^[A-Z]/.test(tree) && !seen.has(tree)) {
    seen.add(tree)
    return whole(JSON.parse(readFileSync(new URL(`${tree}.avsc`, AVSC), 'utf8')))
  }
  if (Array.isArray(tree)) return tree.map(whole)
  if (tree && typeof tree === 'object') {
    return Object.fromEntries(Object.entries(tree).map(([key, part]) =>
      [key, ['type', 'items', 'values', 'fields'].includes(key) ? whole(part) : part]))
  }
  return tree
}
const NAME = 'org.deftstream.schemas.avro.Measurement'
const schema = JSON.stringify(whole('Measurement'))
const bomb = JSON.stringify({ type: 'record', name: 'Bomb', fields: [{ name: 'a', type: { type: 'array', items: 'null' } }] })

let server, url
before(async () => {
  server = createServer((request, response) => {
    const answers = {
      '/api/subjects/m-value/versions/latest': { id: 3, schema },
      '/api/schemas/ids/3': { id: 3, schema },
      '/api/schemas/ids/4': { id: 4, schema: bomb },
      '/api/schemas/ids/5': { id: 5, schema: '{"type": "nothing"}' }
    }
    const answer = answers[request.url]
    response.statusCode = answer ? 200 : 404
    response.end(answer ? JSON.stringify(answer) : request.url.startsWith('/api') ? '{"error_code": 40403}' : 'not here')
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${server.address().port}/api`
})
after(() => server.close())

const measurement = () => ({
  id: 'm-1',
  task: 't',
  values: tensor(Float64Array.of(1, -2, 3.5, 4), [2, 2]),
  capturedAt: 2 ** 52,
  auxiliary: { mask: tensor(Uint8Array.of(1, 0), [2]) }
})

test('gives back what was encoded', async () => {
  const registry = new SchemaRegistry(url + '/')
  const bytes = registry.encode(await registry.newest('m-value'), measurement())
  assert.equal(bytes.readUInt32BE(1), 3)
  const read = await registry.decode(bytes, NAME)
  assert.deepEqual(array(read.values), { shape: [2, 2], data: Float64Array.of(1, -2, 3.5, 4) })
  assert.equal(read.capturedAt, 2 ** 52)
  assert.equal(read.scale, null)
})

test('names the field that does not fit', async () => {
  const registry = new SchemaRegistry(url)
  const newest = await registry.newest('m-value')
  assert.throws(() => registry.encode(newest, { ...measurement(), id: 7 }), /id is 7, but must be/)
})

test('refuses values that are cut, changed or promise too much, and nothing else', async () => {
  const registry = new SchemaRegistry(url)
  const bytes = registry.encode(await registry.newest('m-value'), measurement())
  for (let length = 0; length < bytes.length; length++) {
    await assert.rejects(registry.decode(bytes.subarray(0, length), NAME), RangeError)
  }
  await assert.rejects(registry.decode(Buffer.concat([bytes, bytes]), NAME), /left over/)
  const promise = Buffer.from([0, 0, 0, 0, 4, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0])
  await assert.rejects(registry.decode(promise, 'Bomb'), /more than 10000 items/)
})

test('says what is wrong with the registry', async () => {
  const registry = new SchemaRegistry(url)
  const rejected = async (call, pattern, missing) => {
    const error = await call.then(() => assert.fail('expected an error'), e => e)
    assert.ok(error instanceof RegistryError, String(error))
    assert.match(error.message, pattern)
    assert.equal(error.missing, missing)
  }
  await rejected(registry.newest('other'), /has no subject 'other'; deftstream topics create/, true)
  await rejected(registry.byId(5), /cannot be used/, true)
  await rejected(new SchemaRegistry(url.replace('/api', '')).byId(3), /ends with \/apis\/ccompat\/v7/, false)
  await rejected(new SchemaRegistry('http://127.0.0.1:1/x').byId(3), /does not answer/, false)
  assert.throws(() => new SchemaRegistry('http://a:secret@b/'), error => !error.message.includes('secret'))
})

test('refuses shapes and types that are none', () => {
  for (const shape of [[], [0], [1.5], [3], 'x', Array(9).fill(1)]) assert.throws(() => tensor([1, 2], shape), TypeError)
  assert.throws(() => tensor(Int32Array.of(1), [1]), TypeError)
  assert.throws(() => array({ dtype: 'FLOAT32', shape: [2], data: Buffer.alloc(4) }), TypeError)
  assert.throws(() => array({ dtype: 'UNKNOWN', shape: [1], data: Buffer.alloc(4) }), TypeError)
})
