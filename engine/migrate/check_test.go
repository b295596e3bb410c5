package migrate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/file"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/migrate"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/apache"
	"github.com/millrace/millrace/smt/debezium"
	"github.com/millrace/millrace/smt/predicate"
)

func checker(t *testing.T) migrate.Checker {
	t.Helper()
	set := plugin.Set{
		Converters: codec.NewSet(slices.Concat(connectjson.Classes(), primitive.Classes(), header.Classes())...),
		Transforms: smt.NewSet(slices.Concat(apache.Classes(), debezium.Classes())...),
		Predicates: smt.NewPredicateSet(predicate.Classes()...),
		Connectors: connectors.NewSet(file.Classes()...),
	}
	providers, err := config.Providers(map[string]string{"config.providers": "env,file", "config.providers.env.class": "EnvVarConfigProvider", "config.providers.file.class": "FileConfigProvider"},
		config.ProviderOptions{Env: []string{"TOPIC=lines", "KIND=none.SuchConnector"}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := engine.NewWorker(engine.Options{
		Config:  map[string]string{"bootstrap.servers": "127.0.0.1:1", "key.converter": "StringConverter", "value.converter": "StringConverter"},
		Plugins: set, Pool: batch.NewPool(mem.Checked(t)), Transformer: config.NewTransformer(providers),
		NewClient: func(p map[string]string, o ...kgo.Opt) (*kgo.Client, error) { return kafka.Clients{}.New(p, o...) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(t.Context()) })
	return migrate.Checker{Worker: w, Plugins: set}
}

// configOf makes a config of key=value lines.
func configOf(text string) map[string]string {
	props := map[string]string{"name": "c"}
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			props[k] = v
		}
	}
	return props
}

// lines shows obstacles, one a line.
func lines(list []migrate.Obstacle) string {
	var s strings.Builder
	for _, o := range list {
		fmt.Fprintf(&s, "%s|%s|%s|%s\n", o.Kind, o.Key, o.Class, o.Text)
	}
	return s.String()
}

func TestChecker_Finds(t *testing.T) {
	const source, sink = "connector.class=FileStreamSource\ntopic=t\nfile=f\n", "connector.class=FileStreamSink\ntopics=t\nfile=f\n"
	for name, c := range map[string]struct {
		config  string
		classes string // by name alone
		more    string // what else validation finds
	}{
		"nothing":        {config: source + "transforms=a\ntransforms.a.type=org.apache.kafka.connect.transforms.HoistField$Value\ntransforms.a.field=x\nunknown.key=1\n"},
		"nothing hidden": {config: "connector.class=FileStreamSource\ntopic=${env:TOPIC}\nfile=f\n"},
		"connector": {config: "connector.class=io.acme.JdbcSourceConnector\n",
			classes: "connector|connector.class|io.acme.JdbcSourceConnector|no connector class io.acme.JdbcSourceConnector is part of this program\n"},
		"connector behind a variable": {config: "connector.class=${env:KIND}\n",
			classes: "connector|connector.class|none.SuchConnector|no connector class none.SuchConnector is part of this program\n"},
		"all classes": {config: "connector.class=a.B\nkey.converter=a.K\nvalue.converter= a.V \nheader.converter=a.H\ntransforms=x,y\ntransforms.x.type=a.X\n" +
			"transforms.y.type=org.apache.kafka.connect.transforms.HoistField$Key\ntransforms.y.predicate=p\npredicates=p\npredicates.p.type=a.P\n",
			classes: "connector|connector.class|a.B|no connector class a.B is part of this program\n" +
				"converter|header.converter|a.H|no converter class a.H is part of this program\n" +
				"converter|key.converter|a.K|no converter class a.K is part of this program\n" +
				"converter|value.converter|a.V|no converter class a.V is part of this program\n" +
				"transform|transforms.x.type|a.X|no transform class a.X is part of this program\n" +
				"predicate|predicates.p.type|a.P|no predicate class a.P is part of this program\n"},
		"settings of clients": {config: source + "producer.override.interceptor.classes=a.I\nproducer.override.partitioner.class=a.P\n",
			more: "key|producer.override.interceptor.classes||interceptor.classes: Java classes cannot be loaded here; remove the key\n" +
				"key|producer.override.partitioner.class||partitioner.class: Java's class a.P cannot be loaded here; org.apache.kafka.clients.producer.RoundRobinPartitioner is known, and without the key rows go where Java's default puts them\n"},
		"settings of a client that a sink has not": {config: sink + "producer.override.interceptor.classes=a.I\n"},
		"a client of dead letters": {config: sink + "errors.deadletterqueue.topic.name=d\nadmin.override.security.providers=a.I\n",
			more: "key|admin.override.security.providers||security.providers: Java classes cannot be loaded here; remove the key\n"},
		"secrets that are elsewhere": {config: source + "key.converter=${file:/none/such:c}\ntransforms=x\ntransforms.x.type=a.X\n",
			classes: "transform|transforms.x.type|a.X|no transform class a.X is part of this program\n", more: "key|||config provider \"file\": Could not read properties from file /none/such\n"},
		"values": {config: "connector.class=FileStreamSource\nfile=f\ntasks.max=many\n",
			more: "key|tasks.max||Invalid value many for configuration tasks.max: Not a number of type INT\n" +
				"key|topic||Missing required configuration \"topic\" which has no default value.\n"},
		"a transform that can only be made": {config: sink + "transforms=f\ntransforms.f.type=io.debezium.transforms.Filter\ntransforms.f.language=jsr223.groovy\ntransforms.f.condition=value.op == \n",
			more: "transform|transforms||io.debezium.DebeziumException: Failed to parse expression 'value.op ==': character 12: expected an operand, found the end\n"},
		"no class": {config: "topic=t\n",
			more: "connector|connector.class||the config names no connector class\n"},
	} {
		t.Run(name, func(t *testing.T) {
			check := checker(t)
			list, err := check.Classes(t.Context(), "c", configOf(c.config))
			if err != nil {
				t.Fatal(err)
			}
			if got := lines(list); got != c.classes {
				t.Errorf("by name\n%swant\n%s", got, c.classes)
			}
			if list, err = check.Config(t.Context(), "c", configOf(c.config)); err != nil {
				t.Fatal(err)
			}
			if got := lines(list); got != c.classes+c.more {
				t.Errorf("in full\n%swant\n%s", got, c.classes+c.more)
			}
			for _, o := range list {
				if o.Connector != "c" {
					t.Errorf("obstacle of connector %q", o.Connector)
				}
			}
		})
	}
}

func TestSort_OrdersAndDropsRepetitions(t *testing.T) {
	list := migrate.Sort([]migrate.Obstacle{
		{Connector: "b", Kind: migrate.Key, Key: "x"}, {Connector: "b", Kind: migrate.Transform, Key: "z"}, {Kind: migrate.Key, Key: "w"},
		{Connector: "a", Kind: migrate.Connector, Key: "c"}, {Connector: "b", Kind: migrate.Key, Key: "x"},
	})
	var got []string
	for _, o := range list {
		got = append(got, o.Connector+":"+o.Key)
	}
	if s := strings.Join(got, " "); s != ":w a:c b:z b:x" {
		t.Errorf("order %s", s)
	}
}
