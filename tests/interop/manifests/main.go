// SPDX-License-Identifier: Apache-2.0

// Command manifests does with Kubernetes manifests what an API server does with new objects, by the
// server's own code: decodes them strictly, sets the defaults and validates them. It also holds pods
// to the Pod Security Standard "restricted", and says which names lead nowhere, which no server does.
//
//	manifests FILE...	prints a line for each object; status 1 if anything is wrong
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	policyinternal "k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

const namespace = "default"

// decode gives an object of the version that the document names, with defaults.
func decode(document []byte) (runtime.Object, *schema.GroupVersionKind, error) {
	scheme := legacyscheme.Scheme
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme,
		json.SerializerOptions{Yaml: true, Strict: true})
	object, kind, err := strict.Decode(document, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	scheme.Default(object)
	about, err := meta.Accessor(object)
	if err != nil {
		return nil, nil, err
	}
	about.SetNamespace(namespace)
	return object, kind, nil
}

// validate tells what the API server has against a new object.
func validate(object runtime.Object, kind *schema.GroupVersionKind) error {
	internal, err := legacyscheme.Scheme.ConvertToVersion(object,
		schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return err
	}
	var faults field.ErrorList
	var warnings []string
	switch object := internal.(type) {
	case *core.ConfigMap:
		faults = corevalidation.ValidateConfigMap(object)
	case *core.Service:
		// The server fills in the plural.
		if object.Spec.ClusterIP != "" && object.Spec.ClusterIPs == nil {
			object.Spec.ClusterIPs = []string{object.Spec.ClusterIP}
		}
		faults = corevalidation.ValidateServiceCreate(object)
	case *apps.StatefulSet:
		template := &object.Spec.Template
		faults = appsvalidation.ValidateStatefulSet(object, appsvalidation.StatefulSetValidationOptions{},
			pod.GetValidationOptionsFromPodTemplate(template, nil))
		warnings = pod.GetWarningsForPodTemplate(context.Background(), field.NewPath("template"), template, nil)
	case *batch.CronJob:
		template := &object.Spec.JobTemplate.Spec.Template
		faults = batchvalidation.ValidateCronJobCreate(object, pod.GetValidationOptionsFromPodTemplate(template, nil))
		warnings = pod.GetWarningsForPodTemplate(context.Background(), field.NewPath("template"), template, nil)
	case *core.PersistentVolumeClaim:
		faults = corevalidation.ValidatePersistentVolumeClaim(object, corevalidation.ValidationOptionsForPersistentVolumeClaim(object, nil))
	case *networking.NetworkPolicy:
		faults = networkingvalidation.ValidateNetworkPolicy(object, networkingvalidation.NetworkPolicyValidationOptions{})
	case *policyinternal.PodDisruptionBudget:
		faults = policyvalidation.ValidatePodDisruptionBudget(object, policyvalidation.PodDisruptionBudgetValidationOptions{})
	default:
		return fmt.Errorf("this program cannot validate %s", kind)
	}
	all := faults.ToAggregate()
	for _, warning := range warnings {
		all = utilerrors.NewAggregate([]error{all, fmt.Errorf("warning: %s", warning)})
	}
	if all == nil {
		return nil
	}
	return all
}

func restricted(template *corev1.PodTemplateSpec) error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	var all error
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	for _, result := range evaluator.EvaluatePod(level, &template.ObjectMeta, &template.Spec) {
		if !result.Allowed {
			all = errors.Join(all, fmt.Errorf("not restricted: %s: %s", result.ForbiddenReason, result.ForbiddenDetail))
		}
	}
	return all
}

// A file's objects, for what they say of each other.
type objects struct {
	sets     []*appsv1.StatefulSet
	services []*corev1.Service
	budgets  []*policyv1.PodDisruptionBudget
	configs  map[string]*corev1.ConfigMap
	jobs     []*batchv1.CronJob
	claims   map[string]*corev1.PersistentVolumeClaim
}

func (o *objects) add(object runtime.Object) {
	switch object := object.(type) {
	case *appsv1.StatefulSet:
		o.sets = append(o.sets, object)
	case *corev1.Service:
		o.services = append(o.services, object)
	case *policyv1.PodDisruptionBudget:
		o.budgets = append(o.budgets, object)
	case *corev1.ConfigMap:
		o.configs[object.Name] = object
	case *batchv1.CronJob:
		o.jobs = append(o.jobs, object)
	case *corev1.PersistentVolumeClaim:
		o.claims[object.Name] = object
	}
}

func hasPort(template *corev1.PodTemplateSpec, name string) bool {
	for _, container := range template.Spec.Containers {
		for _, port := range container.Ports {
			if port.Name == name {
				return true
			}
		}
	}
	return false
}

// coherent tells whether names and selectors of a file lead to something in it.
func (o *objects) coherent() error {
	var all error
	wrong := func(format string, values ...any) { all = errors.Join(all, fmt.Errorf(format, values...)) }
	for _, set := range o.sets {
		template, pod := &set.Spec.Template, labels.Set(set.Spec.Template.Labels)
		governed := false
		for _, s := range o.services {
			if !labels.SelectorFromSet(s.Spec.Selector).Matches(pod) {
				wrong("Service %s selects no pod", s.Name)
			}
			for _, port := range s.Spec.Ports {
				if !hasPort(template, port.TargetPort.StrVal) {
					wrong("Service %s: no port is named %q", s.Name, port.TargetPort.StrVal)
				}
			}
			governed = governed || s.Name == set.Spec.ServiceName && s.Spec.ClusterIP == corev1.ClusterIPNone
		}
		if !governed {
			wrong("StatefulSet %s: there is no headless Service %q", set.Name, set.Spec.ServiceName)
		}
		for _, budget := range o.budgets {
			selector, err := metav1.LabelSelectorAsSelector(budget.Spec.Selector)
			if err != nil || !selector.Matches(pod) {
				wrong("PodDisruptionBudget %s selects no pod", budget.Name)
			}
		}
		for _, volume := range template.Spec.Volumes {
			for _, source := range volume.Projected.Sources {
				if source.ConfigMap != nil && o.configs[source.ConfigMap.Name] == nil {
					wrong("volume %s: there is no ConfigMap %q", volume.Name, source.ConfigMap.Name)
				}
			}
		}
		for _, container := range template.Spec.Containers {
			for _, probe := range []*corev1.Probe{container.StartupProbe, container.LivenessProbe, container.ReadinessProbe} {
				if probe == nil || probe.HTTPGet == nil || !hasPort(template, probe.HTTPGet.Port.StrVal) {
					wrong("container %s: a probe is missing or asks at no named port", container.Name)
				}
			}
		}
		if err := restricted(template); err != nil {
			wrong("StatefulSet %s: %w", set.Name, err)
		}
	}
	for _, job := range o.jobs {
		template := &job.Spec.JobTemplate.Spec.Template
		for _, volume := range template.Spec.Volumes {
			if claim := volume.PersistentVolumeClaim; claim != nil && o.claims[claim.ClaimName] == nil {
				wrong("volume %s: there is no PersistentVolumeClaim %q", volume.Name, claim.ClaimName)
			}
		}
		if err := restricted(template); err != nil {
			wrong("CronJob %s: %w", job.Name, err)
		}
	}
	if len(o.jobs) == 0 && (len(o.sets) == 0 || len(o.budgets) == 0) {
		wrong("a StatefulSet or a PodDisruptionBudget is missing")
	}
	return all
}

func check(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	found := objects{configs: map[string]*corev1.ConfigMap{}, claims: map[string]*corev1.PersistentVolumeClaim{}}
	var all error
	for reader := yaml.NewYAMLReader(bufio.NewReader(file)); ; {
		document, err := reader.Read()
		if err == io.EOF {
			return errors.Join(all, found.coherent())
		}
		if err != nil {
			return err
		}
		// The comments before the first "---" of a file may be a document of their own.
		if len(bytes.TrimSpace(document)) == 0 {
			continue
		}
		object, kind, err := decode(document)
		if err == nil {
			err = validate(object, kind)
		}
		if err != nil {
			all = errors.Join(all, err)
			continue
		}
		about, _ := meta.Accessor(object)
		fmt.Printf("%s %s\n", kind.Kind, about.GetName())
		found.add(object)
	}
}

func main() {
	status := 0
	for _, path := range os.Args[1:] {
		if err := check(path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			status = 1
		}
	}
	os.Exit(status)
}
