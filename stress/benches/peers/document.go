// The document's types, each in a loop. Reads lines "LOOP THREADS MILLISECONDS", and answers each with operations a
// second.
package main

import (
	"bufio"
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const batch = 64

// Pattern 1.
type SafeData struct {
	mu   sync.RWMutex
	data map[string]int
}

func (s *SafeData) Read(key string) (int, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	value, exists := s.data[key]
	return value, exists
}

func (s *SafeData) Write(key string, value int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data[key] = value
}

// Pattern 2.
type Config struct {
	Settings map[string]string
}

type ConfigManager struct {
	mu     sync.RWMutex
	config *Config
}

func (cm *ConfigManager) GetConfig() *Config {
	cm.mu.RLock()
	defer cm.mu.RUnlock()
	return cm.config
}

// Pattern 3.
type ShardedMap struct {
	shards    []*mapShard
	shardMask int
}

type mapShard struct {
	items map[string]int
	mu    sync.RWMutex
}

func NewShardedMap(numShards int) *ShardedMap {
	shards := make([]*mapShard, numShards)
	for i := range shards {
		shards[i] = &mapShard{items: make(map[string]int)}
	}
	return &ShardedMap{shards: shards, shardMask: numShards - 1}
}

func (m *ShardedMap) getShard(key string) *mapShard {
	h := fnv.New32a()
	h.Write([]byte(key))
	return m.shards[h.Sum32()&uint32(m.shardMask)]
}

func (m *ShardedMap) Get(key string) (int, bool) {
	shard := m.getShard(key)
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	val, ok := shard.items[key]
	return val, ok
}

func (m *ShardedMap) Set(key string, value int) {
	shard := m.getShard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.items[key] = value
}

// Pattern 4.
type Task struct {
	ID     int
	Input  int
	Result int
}

type WorkerPool struct {
	tasks   chan Task
	results chan Task
}

func NewWorkerPool(numWorkers, bufferSize int) *WorkerPool {
	pool := &WorkerPool{tasks: make(chan Task, bufferSize), results: make(chan Task, bufferSize)}
	for i := 0; i < numWorkers; i++ {
		go func() {
			for task := range pool.tasks {
				task.Result = task.Input * 2
				pool.results <- task
			}
		}()
	}
	return pool
}

// Pattern 6.
type ConcurrentMap[K comparable, V any] struct {
	mu   sync.RWMutex
	data map[K]V
}

func (m *ConcurrentMap[K, V]) Get(key K) (V, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	val, ok := m.data[key]
	return val, ok
}

func (m *ConcurrentMap[K, V]) Set(key K, value V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data[key] = value
}

// The real-world cache.
type CacheItem struct {
	Value      interface{}
	Expiration time.Time
}

type Cache struct {
	shards    []*cacheShard
	shardMask int
}

type cacheShard struct {
	items map[string]CacheItem
	mu    sync.RWMutex
}

func NewCache(numShards int) *Cache {
	shards := make([]*cacheShard, numShards)
	for i := range shards {
		shards[i] = &cacheShard{items: make(map[string]CacheItem)}
	}
	return &Cache{shards: shards, shardMask: numShards - 1}
}

func (c *Cache) getShard(key string) *cacheShard {
	hash := 0
	for i := 0; i < len(key); i++ {
		hash += int(key[i])
	}
	return c.shards[hash&c.shardMask]
}

func (c *Cache) Get(key string) (interface{}, bool) {
	shard := c.getShard(key)
	shard.mu.RLock()
	item, found := shard.items[key]
	shard.mu.RUnlock()
	if !found {
		return nil, false
	}
	if time.Now().After(item.Expiration) {
		shard.mu.Lock()
		delete(shard.items, key)
		shard.mu.Unlock()
		return nil, false
	}
	return item.Value, true
}

func (c *Cache) Set(key string, value interface{}, ttl time.Duration) {
	shard := c.getShard(key)
	shard.mu.Lock()
	shard.items[key] = CacheItem{Value: value, Expiration: time.Now().Add(ttl)}
	shard.mu.Unlock()
}

// A thread's loop: so many operations, the first of which is the nth.
type loop func(from, operations int)

var sink atomic.Int64

func keys() []string {
	keys := make([]string, 100)
	for i := range keys {
		keys[i] = fmt.Sprintf("key%d", i)
	}
	return keys
}

// One in ten is a write, where there are writes.
func loops() map[string]loop {
	keys := keys()
	data := &SafeData{data: map[string]int{"counter": 0}}
	config := &ConfigManager{config: &Config{Settings: map[string]string{"timeout": "30s", "host": "localhost"}}}
	sharded := NewShardedMap(16)
	generic := &ConcurrentMap[string, int]{data: make(map[string]int)}
	cache := NewCache(8)
	for i, key := range keys {
		sharded.Set(key, i)
		generic.Set(key, i)
		cache.Set(key, i, time.Hour)
	}
	pool := NewWorkerPool(2, 1024)
	var counter int64
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	return map[string]loop{
		"safe_data": func(from, n int) {
			for i := from; i < from+n; i++ {
				if i%10 == 0 {
					data.Write("counter", i)
				} else {
					value, _ := data.Read("counter")
					use(value)
				}
			}
		},
		"config": func(from, n int) {
			for i := 0; i < n; i++ {
				use(len(config.GetConfig().Settings["timeout"]))
			}
		},
		"sharded_map": func(from, n int) {
			for i := from; i < from+n; i++ {
				key := keys[i%len(keys)]
				if i%10 == 0 {
					sharded.Set(key, i)
				} else {
					value, _ := sharded.Get(key)
					use(value)
				}
			}
		},
		"concurrent_map": func(from, n int) {
			for i := from; i < from+n; i++ {
				key := keys[i%len(keys)]
				if i%10 == 0 {
					generic.Set(key, i)
				} else {
					value, _ := generic.Get(key)
					use(value)
				}
			}
		},
		"worker_pool": func(from, n int) {
			for i := 0; i < n; i++ {
				pool.tasks <- Task{ID: i, Input: i}
			}
			for i := 0; i < n; i++ {
				task := <-pool.results
				use(task.Result)
			}
		},
		"counter": func(from, n int) {
			for i := 0; i < n; i++ {
				atomic.AddInt64(&counter, 1)
			}
		},
		"context": func(from, n int) {
			for i := 0; i < n; i++ {
				select {
				case <-ctx.Done():
					use(i)
				default:
				}
			}
		},
		"cache": func(from, n int) {
			for i := from; i < from+n; i++ {
				key := keys[i%len(keys)]
				if i%10 == 0 {
					cache.Set(key, i, time.Hour)
				} else {
					_, found := cache.Get(key)
					if !found {
						use(i)
					}
				}
			}
		},
	}
}

// Keeps a value from being left out.
func use(value int) {
	if value == -1 {
		sink.Add(1)
	}
}

func rate(work loop, threads int, slot time.Duration) float64 {
	var stop atomic.Bool
	var done atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for thread := 0; thread < threads; thread++ {
		wg.Add(1)
		go func(from int) {
			defer wg.Done()
			operations := 0
			for !stop.Load() {
				work(from+operations, batch)
				operations += batch
			}
			done.Add(int64(operations))
		}(thread * 7)
	}
	time.Sleep(slot)
	stop.Store(true)
	elapsed := time.Since(start)
	wg.Wait()
	return float64(done.Load()) / elapsed.Seconds()
}

func main() {
	loops := loops()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var name string
		var threads, millis int
		fmt.Sscan(lines.Text(), &name, &threads, &millis)
		work, known := loops[name]
		if !known {
			fmt.Fprintf(os.Stderr, "there is no loop %q\n", name)
			os.Exit(2)
		}
		fmt.Println(rate(work, threads, time.Duration(millis)*time.Millisecond))
	}
}
